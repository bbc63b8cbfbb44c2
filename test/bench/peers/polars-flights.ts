// The flights query as Polars has it. Apart from the connection to Polars, which fixes its threads when it is loaded.

import type { LazyDataFrame } from 'nodejs-polars'
import { flightsFile } from '../data/files.ts'

type Polars = typeof import('nodejs-polars').default

/** Flights of more than 500 miles by origin: how many, their mean and their longest delay. */
export const flightDelays = (pl: Polars): LazyDataFrame =>
  pl
    .scanParquet(flightsFile)
    .filter(pl.col('distance').gt(500))
    .groupBy(['origin'])
    .agg(
      pl.len().alias('n'),
      pl.col('delay').mean().alias('mean_delay'),
      pl.col('delay').max().alias('longest'),
    ) as unknown as LazyDataFrame
