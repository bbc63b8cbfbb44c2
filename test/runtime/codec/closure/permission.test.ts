import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'
import { refusalOf, startReviver } from './fixtures/ship.ts'

// Case 68 and the explicit form of capture, which needs no inspector.

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const rate = 1.5
const limits = { low: 0, high: 10 }
declare const missing: number

t.test('captureClosure() takes explicit captures instead of reading them', async (t) => {
  const clamp = (n: number) => Math.min(limits.high, n * rate)
  const { bytes, report } = captureClosure(clamp, { captures: { rate: 3, limits } })
  t.equal(await reviver.callBytes(bytes, 2), 6)
  t.strictSame(
    report.map(({ name, kind }) => [name, kind]),
    [
      ['limits', 'by-value'],
      ['rate', 'by-value'],
    ],
  )
})

t.test('captureClosure() checks that explicit captures are complete', (t) => {
  const { code, message } = refusalOf((n: number) => n * rate + missing, { captures: { rate }, label: 'scale' })
  t.equal(code, 'closure_unresolved')
  t.equal(
    message,
    'Cannot ship function "scale": it uses "missing", which is neither captured, imported nor global; add it: { captures: { missing } }',
  )
  const helper = (n: number) => n * rate
  const { path } = refusalOf((n: number) => helper(n), { captures: { helper } })
  t.strictSame(path, ['helper'], 'a helper with captures of its own is named')
  t.end()
})

t.test('captureClosure() ships classes, recursion and node: functions with explicit captures', async (t) => {
  class Doubler {
    factor = 2
    static #secret = 1
    static plain = 'kept'
    double(n: number) {
      return n * this.factor
    }
    static secret() {
      return Doubler.#secret
    }
  }
  class Plain {
    static kept = 'kept'
    double(n: number) {
      return n * 2
    }
  }
  const { join } = await import('node:path')
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  const shipped = () => [new Plain().double(2), Plain.kept, join('a', 'b')]
  const { bytes } = captureClosure(shipped, { captures: { Plain, join } })
  t.strictSame(await reviver.callBytes(bytes), [4, 'kept', 'a/b'])
  t.equal(await reviver.callBytes(captureClosure(factorial, { captures: { factorial } }).bytes, 5), 120)
  t.equal(refusalOf(Doubler, { captures: {} }).code, 'closure_no_inspector')
  t.equal(refusalOf(() => import('./fixtures/library.ts'), { captures: {} }).code, 'closure_relative_import')
})

t.test('captureClosure() says what to do under --permission, where explicit captures work', async (t) => {
  const entryPoint = fileURLToPath(new URL('../../../../runtime/codec/closure/index.ts', import.meta.url))
  const code = `
    import { captureClosure } from ${JSON.stringify(entryPoint)}
    const rate = 2
    const fn = (n) => n * rate
    try { captureClosure(fn, { label: 'scale' }) } catch (error) { console.log(error.code + '|' + error.message) }
    console.log(Buffer.from(captureClosure(fn, { captures: { rate } }).bytes).toString('base64'))`
  // `env -i`: without the hooks of the test runner, which need more than is permitted.
  const flags = ['--permission', '--allow-fs-read=*', '--input-type=module']
  const { stdout, stderr } = spawnSync('env', ['-i', process.execPath, ...flags, '--eval', code], { encoding: 'utf8' })
  const [refusal = '', bytes = ''] = stdout.split('\n')
  t.match(
    refusal,
    /^closure_no_inspector\|Cannot ship function "scale": it cannot be read without node:inspector \(.*--allow-inspector/,
    stderr,
  )
  t.match(refusal, /or name what it needs: \{ captures: \{ … \} \}$/)
  t.equal(await reviver.callBytes(Buffer.from(bytes, 'base64'), 21), 42)
})
