/**
 * How expressions and functions go from one process to another: as bytes, under which context, and what they take along.
 * The sender context decides whether functions travel by value or by name; the worker context knows those that come by
 * name.
 *
 * docs/guide/distributing-work.md tells the whole story.
 *
 * @module Shipping
 */

export {
  type CodecContext,
  clearSenderCtx,
  clearWorkerCtx,
  decodeExpr,
  encodeExpr,
  explainShipping,
  exprReducers,
  exprRevivers,
  getSenderCtx,
  getWorkerCtx,
  type InspectedUdf,
  inspectUdf,
  runWithSenderCtx,
  type ShippedEntry,
  setSenderCtx,
  setWorkerCtx,
  type UdfShipment,
} from '../../runtime/index.ts'
