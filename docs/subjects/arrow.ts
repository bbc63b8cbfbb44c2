/**
 * Arrow's objects at the border, whichever copy of apache-arrow made them. They come in by their data, and go out as
 * objects of the copy that Volley imports, or of the one that a session's `arrow` option names.
 *
 * docs/guide/arrow.md shows the ways in and out.
 *
 * @module Arrow
 */

export {
  type ArrowBatchLike,
  type ArrowBytes,
  type ArrowData,
  type ArrowDataLike,
  type ArrowFieldLike,
  type ArrowInput,
  type ArrowLibrary,
  type ArrowModule,
  type ArrowOptions,
  type ArrowSchemaLike,
  type ArrowStream,
  type ArrowTableLike,
  type ArrowTypeLike,
  type ArrowVectorLike,
  type ConvertedArrow,
  convertArrow,
  type IPCOptions,
  type WritesArrow,
} from '../../runtime/index.ts'
