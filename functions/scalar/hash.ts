// Digests of texts and bytes.

import { blake2b, blake2s } from '@noble/hashes/blake2.js'
import { blake3 } from '@noble/hashes/blake3.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { type Argument, literalText, type ScalarFunction, scalarFunction } from '../contract/scalar.ts'
import { bytes, exactly, text } from '../contract/signature.ts'
import { PlanError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import { binary, utf8 } from '../types/type.ts'
import { hexText } from './encoding.ts'
import { utf8Bytes } from './text.ts'

type Hash = (message: Uint8Array) => Uint8Array

const hashes: Readonly<Record<string, Hash>> = {
  md5,
  sha1,
  sha224,
  sha256,
  sha384,
  sha512,
  blake2b,
  blake2s,
  blake3,
}

const bytesOf = (value: string | Uint8Array): Uint8Array => (typeof value === 'string' ? utf8Bytes(value) : value)

const sha = (name: 'sha224' | 'sha256' | 'sha384' | 'sha512', start: string): ScalarFunction => {
  const hash = hashes[name] as Hash
  return scalarFunction({
    name,
    family: 'hash',
    usage: `${name}(value)`,
    summary: `The SHA-${name.slice(3)} digest of a text or bytes, as bytes`,
    examples: [[`left(encode(${name}('hello'), 'hex'), 8)`, `'${start}'`]],
    signature: exactly([bytes]),
    returns: binary,
    kernel: { total: true, row: (value: string | Uint8Array) => hash(bytesOf(value)) },
  })
}

/** The hash that the second argument names. @throws {PlanError} `invalid_argument` with the nearest name. */
function hashNamed(args: readonly Argument[]): Hash {
  const name = literalText('digest', args, 1).toLowerCase()
  const hash = Object.hasOwn(hashes, name) ? hashes[name] : undefined
  if (hash !== undefined) return hash
  const names = Object.keys(hashes)
  const hint = didYouMean(name, names, `There are ${names.join(', ')}`)
  throw new PlanError('invalid_argument', `Digest "${name}" is not known. ${hint}`, { details: { digest: name } })
}

export const hashFunctions = [
  scalarFunction({
    name: 'md5',
    family: 'hash',
    usage: 'md5(value)',
    summary: 'The MD5 digest of a text or bytes, as hexadecimal text',
    examples: [["md5('hello')", "'5d41402abc4b2a76b9719d911017c592'"]],
    signature: exactly([bytes]),
    returns: utf8,
    kernel: { total: true, row: (value: string | Uint8Array) => hexText(md5(bytesOf(value))) },
  }),
  sha('sha224', 'ea09ae9c'),
  sha('sha256', '2cf24dba'),
  sha('sha384', '59e17487'),
  sha('sha512', '9b71d224'),
  scalarFunction({
    name: 'digest',
    family: 'hash',
    usage: 'digest(value, algorithm)',
    summary: `The digest of a text or bytes, computed with ${Object.keys(hashes).join(', ')}`,
    examples: [["encode(digest('hello', 'md5'), 'hex')", "'5d41402abc4b2a76b9719d911017c592'"]],
    signature: exactly([bytes, text]),
    returns: (args) => {
      hashNamed(args)
      return binary
    },
    kernel: (args) => {
      const hash = hashNamed(args)
      return { total: true, row: (value: string | Uint8Array) => hash(bytesOf(value)) }
    },
  }),
]
