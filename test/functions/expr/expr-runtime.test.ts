import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const entryPoint = fileURLToPath(new URL('../../../functions/index.ts', import.meta.url))

/** What happens in a process that has functions/ and nothing else. */
function withoutRuntime(call: string): unknown {
  const script = `
    import { col, Expr } from ${JSON.stringify(entryPoint)}
    try { ${call} } catch ({ name, code, message, details }) { console.log(JSON.stringify({ name, code, message, details })) }`
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }))
}

for (const [method, call] of Object.entries({
  toBytes: "col('a').toBytes()",
  fromBytes: 'Expr.fromBytes(new Uint8Array(0))',
  explainShipping: "col('a').explainShipping()",
  evaluate: "col('a').evaluate(undefined)",
})) {
  t.test(`exprRuntime() refuses ${method}() where no runtime is installed`, async (t) => {
    t.strictSame(withoutRuntime(call), {
      name: 'InternalError',
      code: 'internal',
      message: `Cannot call ${method}() on an expression: no runtime is installed; import from "volley"`,
      details: { method },
    })
  })
}
