// What accumulators over frames that slide have in common: rows enter and leave, and there are no partial states.

import type { Accumulator } from '../contract/udf.ts'
import { InternalError } from '../errors.ts'
import type { Value } from '../types/value.ts'

export abstract class FrameAccumulator implements Accumulator {
  abstract add(...row: readonly Value[]): void
  abstract retract(...columns: readonly (readonly Value[])[]): void
  abstract evaluate(): Value

  merge(): void {
    throw new InternalError('An accumulator over frames has no partial states')
  }

  state(): readonly Value[] {
    throw new InternalError('An accumulator over frames has no partial states')
  }
}
