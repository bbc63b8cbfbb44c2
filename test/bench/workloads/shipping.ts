// Shipping a function: reading its closure, bringing it to life again, and calling it then. Node's own ways of copying
// take data only; they are asides.

import v8 from 'node:v8'
import { captureClosure } from '../../../runtime/codec/closure/capture-closure.ts'
import { reviveClosure } from '../../../runtime/codec/closure/revive.ts'
import { variant, type WorkloadMaker, workload } from '../measure/workload.ts'

const rate = 1.19
const table = { threshold: 10, names: ['net', 'gross'] }
const helper = (value: number) => value * rate
const automatic = (value: number) => (value > table.threshold ? helper(value) : value)
const explicit = (value: number) => (value > table.threshold ? value * rate : value)
const loop = (count: number) => {
  let sum = 0
  for (let index = 0; index < count; index++) sum += helper(index) + table.threshold
  return sum
}
const captures = { rate, table }
const nothing = () => undefined

/** The data that the function captures: all that these can copy. */
const dataOnly = [
  variant('node', 'structuredClone, its data only', () => structuredClone(captures), nothing, { aside: true }),
  variant('node', 'v8.serialize, its data only', () => v8.serialize(captures), nothing, { aside: true }),
]

export const shipAutomatic: WorkloadMaker = async () =>
  workload({
    name: 'ship',
    title: 'encode a small closure again',
    work: 'a function, its helper and two captured values, read by the inspector; goal: 300 µs',
    unit: 'µs',
    size: 1,
    repeat: 300,
    variants: [variant('volley', 'Volley', () => captureClosure(automatic), nothing), ...dataOnly],
  })

export const shipExplicit: WorkloadMaker = async () =>
  workload({
    name: 'ship-explicit',
    title: 'encode a closure whose captures are given',
    work: 'a function and two values, without the inspector; goal: 30 µs',
    unit: 'µs',
    size: 1,
    repeat: 1500,
    variants: [variant('volley', 'Volley', () => captureClosure(explicit, { captures }), nothing), ...dataOnly],
  })

export const revive: WorkloadMaker = async () => {
  const { bytes } = captureClosure(automatic)
  const data = v8.serialize(captures)
  return workload({
    name: 'revive',
    title: 'revive a closure again',
    work: 'its code compiled before, every value made anew; goal: 20 µs',
    unit: 'µs',
    size: 1,
    repeat: 1500,
    variants: [
      variant('volley', 'Volley', () => reviveClosure(bytes), nothing),
      variant('node', 'v8.deserialize, its data only', () => v8.deserialize(data), nothing, { aside: true }),
    ],
  })
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
    goals: [{ against: 'hand', factor: 0.83 }],
    variants: [
      variant('volley', 'revived', () => revived(count), nothing),
      variant('hand', 'original', () => loop(count), nothing),
    ],
  })
}
