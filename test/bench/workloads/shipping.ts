// Shipping a function: reading its closure, bringing it to life again, and calling it then. Node's own ways of copying
// take data only; they are asides.

import v8 from 'node:v8'
import { captureClosure } from '../../../runtime/codec/closure/capture/capture-closure.ts'
import { reviveClosure } from '../../../runtime/codec/closure/revive/revive.ts'
import { reviveBody } from '../../../runtime/codec/prepare.ts'
import { automatic, captures, explicit, loop, withRate } from '../data/closures.ts'
import { type Cells, cellsOfColumns } from '../measure/cells.ts'
import { type Variant, variant, type WorkloadMaker, workload } from '../measure/workload.ts'
import { PulumiProcess, pulumiVersion, runModule } from '../peers/pulumi-process.ts'

const nothing = () => undefined

/** The data that the function captures: all that these can copy. */
const dataOnly = [
  variant('node', 'structuredClone, its data only', () => structuredClone(captures), nothing, { aside: true }),
  variant('node', 'v8.serialize, its data only', () => v8.serialize(captures), nothing, { aside: true }),
]

/** What a function that arrived answers, so that those of two serializers can be compared. */
function answers(arrived: unknown): Cells {
  const fn = arrived as (value: number) => number
  return cellsOfColumns([[5, 10, 11, 1000].map((value) => fn(value))])
}

interface Peer {
  readonly variants: readonly Variant[]
  readonly missing: readonly string[]
  close(): Promise<void>
}

/** Pulumi's variants of a workload, if it is installed. */
async function pulumi(make: (peer: PulumiProcess, name: string) => Promise<readonly Variant[]>): Promise<Peer> {
  const version = pulumiVersion()
  if (version === undefined) return { variants: [], missing: ['@pulumi/pulumi'], close: async () => {} }
  const peer = new PulumiProcess()
  return { variants: await make(peer, `Pulumi ${version}`), missing: [], close: () => peer.close() }
}

export const shipAutomatic: WorkloadMaker = async () => {
  const peer = await pulumi(async (process, name) => [
    variant(
      'pulumi',
      name,
      () => process.serialize('automatic'),
      (text) => answers(runModule(text)),
    ),
  ])
  return workload({
    name: 'ship',
    title: 'encode a small closure again',
    work: 'a function, its helper and two captured values, read by the inspector; goal: 300 µs',
    unit: 'µs',
    size: 1,
    repeat: 300,
    variants: [
      variant(
        'volley',
        'Volley',
        () => captureClosure(automatic),
        async ({ bytes }) => answers(await reviveClosure(bytes)),
      ),
      ...peer.variants,
      ...dataOnly,
    ],
    missing: peer.missing,
    close: peer.close,
  })
}

export const shipExplicit: WorkloadMaker = async () =>
  workload({
    name: 'ship-explicit',
    title: 'encode a closure whose captures are given',
    work: 'a function and two values, without the inspector; goal: 30 µs',
    unit: 'µs',
    size: 1,
    repeat: REPEAT,
    variants: [variant('volley', 'Volley', () => captureClosure(explicit, { captures }), nothing), ...dataOnly],
  })

/**
 * Enough for the code to be optimised again: the collection before each round drops the shapes of revived values, and
 * with them what V8 had optimised for these shapes.
 */
const REPEAT = 12_800

/** So many closures of the same code take turns, each with another value in it: only code can be known already. */
const TURNS = 64

export const revive: WorkloadMaker = async () => {
  const bodies = Array.from({ length: TURNS }, (_, at) => captureClosure(withRate(at)))
  const first = bodies[0] ?? captureClosure(automatic)
  const turn = takeTurns(bodies.map(({ bytes }) => bytes))
  const data = v8.serialize(captures)
  const peer = await pulumi(async (process, name) => {
    const texts: string[] = []
    for (let at = 0; at < TURNS; at++) texts.push(await process.serialize(at))
    const text = takeTurns(texts)
    return [variant('pulumi', `${name}, running its module`, () => runModule(text()), answers)]
  })
  return workload({
    name: 'revive',
    title: 'revive a closure whose code is known',
    work: `${TURNS} closures of one code take turns: the code was compiled before, every value is made anew; goal: 20 µs`,
    unit: 'µs',
    size: 1,
    repeat: REPEAT,
    variants: [
      variant('volley', 'Volley', () => reviveClosure(turn()), answers),
      ...peer.variants,
      variant('volley', 'Volley, the same body for the next task', () => reviveBody(first, 'first'), nothing, {
        aside: true,
      }),
      variant('node', 'v8.deserialize, its data only', () => v8.deserialize(data), nothing, { aside: true }),
    ],
    missing: peer.missing,
    close: peer.close,
  })
}

/** Each call gives the next one, the first again after the last. */
function takeTurns<Item>(items: readonly Item[]): () => Item {
  let at = 0
  return () => items[at++ % items.length] as Item
}

export const revivedLoop: WorkloadMaker = async ({ quick }) => {
  const revived = (await reviveClosure(captureClosure(loop).bytes)) as typeof loop
  const count = quick ? 2_000_000 : 20_000_000
  return workload({
    name: 'revived-loop',
    title: 'a hot loop that was shipped',
    work: 'a captured helper and a captured object in a loop; by hand: the original',
    unit: 'ns',
    size: count,
    // The collection before a round may drop optimised code; that it is made again is no part of a hot loop.
    repeat: 5,
    goals: [{ against: 'hand', factor: 0.83 }],
    variants: [
      variant('volley', 'revived', () => revived(count), nothing),
      variant('hand', 'original', () => loop(count), nothing),
    ],
  })
}
