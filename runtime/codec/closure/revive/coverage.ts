// Code that a coverage tool has instrumented counts every statement in an object of its own process. In a worker it gets
// counters that accept everything and that nobody reads.

/** A stand-in for a coverage tool's counter function: any property, call or assignment on it works. */
export function createCoverageStub(): unknown {
  const stub: unknown = new Proxy(() => 0, {
    get: (_target, key) => (key === Symbol.toPrimitive ? () => 0 : stub),
    set: () => true,
  })
  return () => stub
}
