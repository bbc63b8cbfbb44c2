// Every numbered example runs by itself and prints what it says.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import t from 'tap'

t.setTimeout(240_000)

const folder = fileURLToPath(new URL('../examples/', import.meta.url))
const numbered = readdirSync(folder).filter((name) => /^\d\d-.*\.ts$/.test(name))

const printed: Readonly<Record<string, readonly string[]>> = {
  '01-fork-pool.ts': [
    'expression: gross(net, kind)',
    'partition 1: 58.05',
    'partition 2: 116.10',
    'partition 3: 174.15',
    'partition 4: 232.20',
    'in other processes: true',
  ],
  '02-aggregate.ts': [
    'region    sales     total        largest',
    'east      20000     17885700.00  1188.81',
    'null      20000     17861900.00  1187.62',
    'south     20000     17838100.00  1186.43',
    'west      20000     17814300.00  1185.24',
    'north     19800     17671500.00  1184.05',
  ],
  '03-native-function.ts': [
    'side 1.5: area 2.25',
    'side 2: area 4',
    'side 3: area 9',
    'travels by-name: true',
    'closure_native',
  ],
  '04-strict-mode.ts': [
    'inlining sender, girth: wire_inline_refused',
    'inlining sender, volume: wire_inline_refused',
    'strict sender, girth: 8',
    'strict sender, volume: wire_not_registered',
  ],
  '05-pool-map.ts': [
    '1 of 2 done',
    '2 of 2 done',
    'DE: 1 refunds',
    'DE: 2 large tax',
    'CH: 1 refunds',
    'CH: 1 large tax',
  ],
  '06-custom-accumulator.ts': [
    'in other processes: true',
    'AAA  124.5478  33334 trades',
    'BBB  124.5481  33333 trades',
    'CCC  124.5516  33333 trades',
    'minute 0: nothing sold',
    'minute 3: 103.0500',
    'minute 6: 104.9591',
    'minute 9: 105.8357',
  ],
  '07-custom-window.ts': [
    'ann  minute   0  session 1  click 1',
    'ann  minute  20  session 1  click 2',
    'ann  minute 100  session 2  click 3',
    'ann  minute 110  session 2  click 4',
    'bob  minute   5  session 1  click 1',
    'bob  minute  60  session 2  click 2',
    'bob  minute  90  session 2  click 3',
    'ann came 2 times',
    'bob came 2 times',
  ],
  '08-actors.ts': [
    'input 1, 2, 3 -> 3, 5, 7',
    'input 10, 20, 30 -> 21, 41, 61',
    'input 100, 200, 300 -> 201, 401, 601',
    '4 5',
    'actor_lost',
    '4',
  ],
  '09-different-expressions.ts': [
    'count_above_10   8',
    'count_above_30   5',
    'count_above_60   2',
    'custom_sum       361',
    'in other processes: true',
  ],
}

t.test('every numbered example has its output here', (t) => {
  t.same(numbered, Object.keys(printed))
  t.end()
})

for (const name of numbered) {
  t.test(`examples/${name} prints its result`, async (t) => {
    const run = execa(process.execPath, [folder + name], { all: true, reject: false, timeout: 120_000 })
    const { exitCode, all } = await run
    t.equal(exitCode, 0, all)
    t.same(all.split('\n'), printed[name])
  })
}
