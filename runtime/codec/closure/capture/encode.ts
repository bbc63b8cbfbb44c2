// A captured graph as bytes. The same graph gives the same bytes in every process; see format.ts for the layout.

import * as crypto from 'node:crypto'
import { refuse } from '../errors.ts'
import { checksumOf, checksumStart, digestStart, formatVersion, headerBytes, magic } from '../format.ts'
import type { Graph } from './graph.ts'
import type { Group } from './plan.ts'
import type { WalkOptions } from './walk.ts'
import { writeText } from './write-text.ts'

export interface EncodedClosure {
  readonly bytes: Uint8Array
  /** sha256 of the content: everything but the directories that are there for stack traces only. */
  readonly hash: string
}

const nodeMajor = Number.parseInt(process.versions.node, 10)

export function encodeGraph(
  graph: Graph,
  root: unknown,
  groups: readonly Group[],
  options: WalkOptions,
): EncodedClosure {
  const text = Buffer.from(textOf(graph, root, groups, options))
  const directories = Buffer.from(
    JSON.stringify(graph.places.map((place) => (place.isAnchored ? null : place.directory))),
  )
  const attached = graph.attachments.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const bytes = Buffer.allocUnsafeSlow(headerBytes + text.length + attached + directories.length)

  let offset = headerBytes
  for (const section of [text, ...graph.attachments]) {
    bytes.set(section, offset)
    offset += section.byteLength
  }
  const digest = crypto.hash('sha256', bytes.subarray(headerBytes, offset), 'buffer')
  bytes.set(directories, offset)

  bytes.fill(0, 0, headerBytes)
  bytes.write(magic, 'latin1')
  bytes[7] = formatVersion
  bytes[8] = nodeMajor
  bytes.writeUInt32LE(text.length, 12)
  bytes.writeUInt32LE(directories.length, 16)
  bytes.writeUInt32LE(attached, 20)
  bytes.set(digest, digestStart)
  bytes.writeUInt32LE(checksumOf(bytes, offset), checksumStart)
  return { bytes, hash: digest.toString('hex') }
}

function textOf(graph: Graph, root: unknown, groups: readonly Group[], { subject }: WalkOptions): string {
  try {
    return writeText({
      root,
      places: graph.places.map(({ base, directory, isAnchored }) => [base, isAnchored ? directory : null]),
      groups: groups.map(({ mode, members }) => [mode, ...members.map(({ index }) => index)]),
      lengths: graph.attachments.map(({ byteLength }) => byteLength),
      records: [...graph.nodes.map(({ record }) => record), ...graph.extras],
    })
  } catch (error) {
    // Only the plain data of a shipped type can be something that has no text.
    const reason = error instanceof Error ? error.message : String(error)
    return refuse('closure_unserializable', subject, [], `holds a value that cannot be written: ${reason}`, error)
  }
}
