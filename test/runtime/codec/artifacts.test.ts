// Bodies that travel beside a payload: which functions share one, who refuses it and when, and that what is no task
// holds everything itself.

import t from 'tap'
import { col, type Expr, float64, udf } from 'volley'
import type { CodecContext } from '../../../functions/contract/codec-context.ts'
import { ArtifactCollector, type ArtifactSource, findArtifact, noArtifacts } from '../../../runtime/codec/artifacts.ts'
import {
  decodeCall,
  decodeResults,
  encodeCall,
  encodeTarget,
  ResultEncoder,
} from '../../../runtime/codec/call-codec.ts'
import { decodeEnvelope, encodeEnvelope, FLAG_INLINE_CODE } from '../../../runtime/codec/envelope.ts'
import { decodeExpr, encodeExpr } from '../../../runtime/codec/expr-codec.ts'
import { decodeGraph, encodeGraph } from '../../../runtime/codec/graph-codec.ts'
import { packNode } from '../../../runtime/codec/pack-node.ts'
import { encodeSections } from '../../../runtime/codec/sections.ts'
import { decodeUdf, encodeUdf, peekUdf } from '../../../runtime/codec/udf-codec.ts'

const open: CodecContext = { udfInlining: true, findUdf: () => undefined, udfNames: () => [] }
const rate = 1.19
const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })

/** Counts what a strict receiver asks for. */
function strictReceiver() {
  const asked: string[] = []
  const context: CodecContext = {
    udfInlining: false,
    findUdf: (_family, name) => {
      asked.push(name)
      return gross.definition
    },
    udfNames: () => [],
  }
  const artifacts: ArtifactSource = {
    artifact: (hash) => {
      asked.push(hash)
      return undefined
    },
  }
  return { context, artifacts, asked }
}

const sourceOf = ({ artifacts }: Pick<ArtifactCollector, 'artifacts'>): ArtifactSource => ({
  artifact: (hash) => artifacts.find((artifact) => artifact.hash === hash)?.bytes,
})

/** An expression as a program holds it: its bodies are artifacts. */
function encodeBeside(expr: Expr) {
  const artifacts = new ArtifactCollector()
  const { payload } = encodeGraph(packNode(expr.node), open, { label: 'the expression', artifacts })
  return { payload: Buffer.concat(payload), artifacts }
}

const errorOf = (work: () => unknown): { code?: string; message?: string; details?: unknown } => {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  return {}
}

t.test('add() keeps equal bytes once and gives equal references', (t) => {
  const collector = new ArtifactCollector()
  const references = [[1, 2], [1, 2], [3]].map((bytes) => collector.add(Uint8Array.from(bytes)))
  t.strictSame(references[0], references[1])
  t.equal(collector.artifacts.length, 2)
  t.match(collector.artifacts[0], { hash: 'a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222' })
  t.same(findArtifact(references[2], sourceOf(collector), 'it').bytes, Uint8Array.from([3]))
  t.end()
})

t.test('a function whose body is an artifact decodes to what it would in its frame', (t) => {
  const artifacts = new ArtifactCollector()
  const bytes = encodeUdf(gross.definition, open, artifacts)
  const [beside, inside] = [
    decodeUdf(bytes, 'scalar', open, sourceOf(artifacts)),
    decodeUdf(encodeUdf(gross.definition, open), 'scalar', open),
  ].map(({ body, ...contract }) => ({ contract, body: { ...body, bytes: 'bytes' in body && Buffer.from(body.bytes) } }))
  t.strictSame(beside, inside)
  t.ok(peekUdf(bytes, 'scalar').inline)
  t.equal(bytes[9], FLAG_INLINE_CODE)
  t.end()
})

t.test('a frame does not grow with a body that is an artifact', (t) => {
  const table = new Uint8Array(100_000)
  const heavy = udf((a: number) => a + table.length, [float64], float64, { name: 'heavy' })
  const artifacts = new ArtifactCollector()
  const { length } = encodeUdf(heavy.definition, open, artifacts)
  t.ok(length < 500, `${length} bytes`)
  t.ok((artifacts.artifacts[0]?.bytes.length ?? 0) > table.length)
  t.end()
})

t.test('expressions with the same function have the same artifact', (t) => {
  const [one, other] = [encodeBeside(gross(col('a'))), encodeBeside(gross(col('b')).add(gross(col('c'))))]
  t.equal(one.artifacts.artifacts.length, 1)
  t.strictSame(one.artifacts.artifacts, other.artifacts.artifacts)
  t.end()
})

t.test('a strict receiver refuses a body beside a frame as it refuses one in it, and asks for nothing', (t) => {
  const { context, artifacts, asked } = strictReceiver()
  const { payload } = encodeBeside(gross(col('a')))
  const inFrame = errorOf(() => decodeExpr(encodeExpr(gross(col('a')), open), context))
  t.equal(inFrame.code, 'wire_inline_refused')
  const refusals = [
    () => decodeGraph(payload, context, artifacts),
    () => decodeUdf(encodeUdf(gross.definition, open, new ArtifactCollector()), 'scalar', context, artifacts),
    () =>
      decodeCall(
        encodeCall({ callee: 'named', name: 'f', text: '' }, [gross(col('a'))], open).task,
        artifacts,
        context,
      ).args(0),
  ]
  for (const refusal of refusals) {
    const { code, message, details } = errorOf(refusal)
    t.strictSame({ code, message, details }, { code: inFrame.code, message: inFrame.message, details: inFrame.details })
  }
  const damaged = Uint8Array.from(payload)
  damaged.fill(0xff, 8 + 4, 8 + 4 + 5)
  t.match(
    errorOf(() => decodeGraph(damaged, context, artifacts)),
    { code: 'wire_inline_refused' },
    'before it parses',
  )
  t.strictSame(asked, [])
  t.end()
})

t.test('a strict receiver refuses a call whose body is an artifact, and asks for nothing', (t) => {
  const { context, artifacts, asked } = strictReceiver()
  const { task } = encodeCall(
    encodeTarget((a: number) => a * rate, open),
    [1],
    open,
  )
  t.match(
    errorOf(() => decodeCall(task, artifacts, context)),
    {
      code: 'wire_inline_refused',
      message: /^Cannot accept function ".*" of a call by value: this context is strict\. /,
    },
  )
  t.strictSame(asked, [])
  t.end()
})

t.test('a call refers to the body of its function and to those in its arguments', (t) => {
  const { task, artifacts } = encodeCall(
    encodeTarget((a: number) => a * rate, open),
    [gross(col('a')), gross(col('b'))],
    open,
  )
  t.equal(artifacts.length, 2)
  const [, body] = artifacts
  t.equal(task[9], FLAG_INLINE_CODE)
  const { target, args } = decodeCall(task, sourceOf({ artifacts }), open)
  t.match(target, { callee: 'function', body: body as object })
  t.equal(String(args(0)[1]), 'gross(b)')
  t.match(
    errorOf(() => decodeCall(task, noArtifacts, open)),
    {
      code: 'wire_missing_part',
      details: { artifact: body?.hash },
    },
  )
  const withoutArgument = decodeCall(task, sourceOf({ artifacts: body === undefined ? [] : [body] }), open)
  t.match(
    errorOf(() => withoutArgument.args(0)),
    {
      code: 'wire_missing_part',
      message: /^Cannot read function "gross": its artifact [0-9a-f]{12} is not here/,
    },
  )
  t.end()
})

t.test('expressions and results hold everything themselves, and refer to no artifact', (t) => {
  const { payload } = encodeBeside(gross(col('a')))
  t.match(
    errorOf(() => decodeExpr(encodeEnvelope('VLYEXPR', FLAG_INLINE_CODE, payload), open)),
    {
      code: 'wire_missing_part',
      message: /everything but tasks and calls is complete in itself$/,
    },
  )
  const asResult = encodeGraph([gross(col('a'))], open, {
    label: 'the result',
    artifacts: new ArtifactCollector(),
  }).payload
  const asResults = encodeSections({ text: '', attachments: [asResult] })
  t.match(
    errorOf(() => decodeResults(encodeEnvelope('VLYCALL', FLAG_INLINE_CODE, asResults), open)),
    {
      code: 'wire_missing_part',
    },
  )
  const results = new ResultEncoder(open)
  results.add('f', gross(col('a')))
  t.equal(String(decodeResults(results.finish(), open).results[0]), 'gross(a)')
  t.end()
})

t.test('a frame of a form that there is not is damaged', (t) => {
  const { payload } = decodeEnvelope(encodeUdf(gross.definition, open), 'VLYUDFS')
  const bytes = encodeEnvelope('VLYUDFS', FLAG_INLINE_CODE, Uint8Array.from([3, ...payload.subarray(1)]))
  t.match(
    errorOf(() => decodeUdf(bytes, 'scalar', open)),
    { code: 'wire_damaged' },
  )
  t.end()
})
