// nodejs-polars, whose native part an install by an old npm leaves out: its tests are then skipped.

export const polars: typeof import('nodejs-polars').default | undefined = await import('nodejs-polars').then(
  (module) => module.default,
  () => undefined,
)

/** For the option `skip` of a test. */
export const lacksPolars: false | string = polars === undefined ? 'nodejs-polars has no native part here' : false
