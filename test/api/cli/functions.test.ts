// `volley functions` as users run it.

import { test } from 'tap'
import { builtIns } from '../../../functions/catalogue/describe.ts'
import { volley } from '../spawn-server.ts'

test('volley functions', { timeout: 240_000 }, async (t) => {
  await t.test('lists every built-in with what it gives', async (t) => {
    const { code, stdout } = await volley(['functions'])
    t.equal(code, 0)
    const lines = stdout.trimEnd().split('\n')
    t.equal(lines.length, builtIns.length)
    t.match(
      lines.find((line) => line.startsWith('upper ')),
      /^upper +\S/,
    )
  })
  await t.test('describes one, by any of its names', async (t) => {
    const { stdout } = await volley(['functions', 'SUBSTRING'])
    t.match(stdout, /^substr\(.*\): scalar function\n {2}.*\n {2}also .*substring.*\n {2}substr/)
    t.match(JSON.parse((await volley(['functions', 'upper', '--json'])).stdout), [{ kind: 'scalar', name: 'upper' }])
  })
  await t.test('knows when a name is a slip', async (t) => {
    t.match(await volley(['functions', 'uper']), {
      code: 2,
      stdout: '',
      stderr: 'volley: Function "uper" is not known. Did you mean "upper"? [usage_error]\n',
    })
    t.match(await volley(['functions', 'xyzzyx']), { code: 2, stderr: /"volley functions" lists all/ })
  })
})
