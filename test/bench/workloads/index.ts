// All workloads, by name, in the order of the table.

import type { WorkloadMaker } from '../measure/workload.ts'
import { dictionaryFilter } from './dictionaries.ts'
import { csv, parquetAll, parquetTwo, parquetWrite } from './files.ts'
import { numericUdf, numericUdfByItem, textUdf, udfLoop } from './functions.ts'
import { countDistinct, distinct, manyGroups, tpchQ1 } from './groups.ts'
import { flights, flightsOnTwo, streamedJob, tinyJob } from './jobs.ts'
import { caseAndCast, int64, nulls, projection, tpchQ6 } from './numbers.ts'
import { sort, topK } from './orders.ts'
import { startUp, transport } from './processes.ts'
import { revive, revivedLoop, shipAutomatic, shipExplicit } from './shipping.ts'
import { coldStart, encodeAgain, encodeFirst, smallMap, smallOneByOne, vectorFunction } from './small-work.ts'
import { lengthWorld, like, likeWorld, regexp, upper, upperWorld } from './texts.ts'
import { userAggregate, userWindow } from './user-windows.ts'
import { movingMax, movingSum, neighbours, ranks, rowNumbers, runningSum, shareOfTotal } from './windows.ts'

export const workloads: Readonly<Record<string, WorkloadMaker>> = {
  projection,
  q6: tpchQ6,
  q1: tpchQ1,
  'udf-number': numericUdf,
  'udf-number-polars': numericUdfByItem,
  'udf-text': textUdf,
  'udf-loop': udfLoop,
  upper,
  like,
  regexp,
  case: caseAndCast,
  nulls,
  int64,
  dictionary: dictionaryFilter,
  group: manyGroups,
  'group-user': userAggregate,
  distinct,
  'count-distinct': countDistinct,
  sort,
  top: topK,
  'window-row-number': rowNumbers,
  'window-rank': ranks,
  'window-running-sum': runningSum,
  'window-moving-sum': movingSum,
  'window-moving-max': movingMax,
  'window-lag': neighbours,
  'window-share': shareOfTotal,
  'window-user': userWindow,
  'upper-world': upperWorld,
  'like-world': likeWorld,
  'length-world': lengthWorld,
  parquet: parquetAll,
  'parquet-two': parquetTwo,
  'parquet-write': parquetWrite,
  csv,
  flights,
  'flights-two': flightsOnTwo,
  'streamed-job': streamedJob,
  'tiny-job': tinyJob,
  'small-map': smallMap,
  'small-one-by-one': smallOneByOne,
  'encode-expr': encodeFirst,
  'encode-expr-again': encodeAgain,
  'vector-udf': vectorFunction,
  'cold-start': coldStart,
  ship: shipAutomatic,
  'ship-explicit': shipExplicit,
  revive,
  'revived-loop': revivedLoop,
  'start-up': startUp,
  transport,
}
