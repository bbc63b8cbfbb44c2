// Built-in functions of texts: ASCII comments of about 27 bytes, and remarks in several scripts.

import { op } from 'arquero'
import { type Loaded, load } from '../data/loaded.ts'
import { volley } from '../measure/engine.ts'
import { type Goal, type Variant, type Workload, type WorkloadMaker, workload } from '../measure/workload.ts'
import { arqueroQuery } from '../peers/arquero.ts'
import { duckdbQuery } from '../peers/duckdb.ts'
import { pl, polarsQuery } from '../peers/polars.ts'
import type { Lineitem } from './numbers.ts'

const pattern = '(furious|care)[a-z]+ .*re'

export const upper: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  return upperOf(table, 'l_comment', {
    name: 'upper',
    title: '`upper`',
    work: 'one utf8 column of ASCII texts, all of it materialised',
    goals: [{ against: 'polars', factor: 4 }],
  })
}

export const like: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  return likeOf(table, 'l_comment', {
    name: 'like',
    title: "`LIKE '%express%'`",
    work: 'how many of the ASCII texts match',
    goals: [{ against: 'polars', factor: 2 }],
    more: [
      arqueroQuery(table.volley, ['l_comment'], (flat) =>
        flat.filter((d: Lineitem) => op.includes(d.l_comment as never, 'express')).rollup({ n: () => op.count() }),
      ),
    ],
  })
}

export const regexp: WorkloadMaker = async ({ rows }) => {
  const table = await load('lineitem', rows)
  return workload({
    name: 'regexp',
    title: `regular expression \`${pattern}\``,
    work: 'how many of the ASCII texts match',
    size: rows,
    variants: [
      volley(table.volley, (df) => df.filter(`regexp_like(l_comment, '${pattern}')`).aggregate([], ['count(*) as n'])),
      await duckdbQuery(`select count(*) from ${table.duckdb} where regexp_matches(l_comment, '${pattern}')`),
      polarsQuery(() => table.lazy().filter(pl.col('l_comment').str.contains(pattern)).select(pl.len())),
    ],
  })
}

export const upperWorld: WorkloadMaker = async (scale) =>
  upperOf(await world(scale.rows), 'r_text', {
    name: 'upper-world',
    title: '`upper` of texts that are not ASCII',
    work: 'German, Polish, Greek, Russian, Japanese; one utf8 column, all of it materialised',
    goals: [],
  })

export const likeWorld: WorkloadMaker = async (scale) =>
  likeOf(await world(scale.rows), 'r_text', {
    name: 'like-world',
    title: "`LIKE '%express%'` of texts that are not ASCII",
    work: 'how many match',
    goals: [],
    more: [],
  })

export const lengthWorld: WorkloadMaker = async (scale) => {
  const table = await world(scale.rows)
  return workload({
    name: 'length-world',
    title: '`length` of texts that are not ASCII',
    work: 'the sum of the lengths in characters',
    size: table.rows,
    variants: [
      volley(table.volley, (df) => df.aggregate([], ['sum(length(r_text)) as n'])),
      await duckdbQuery(`select sum(length(r_text)) from ${table.duckdb}`),
      polarsQuery(() => table.lazy().select(pl.col('r_text').str.lengths().cast(pl.Int64).sum())),
    ],
  })
}

const world = (rows: number): Promise<Loaded> => load('remarks', Math.min(rows, 1_000_000))

interface About {
  readonly name: string
  readonly title: string
  readonly work: string
  readonly goals: readonly Goal[]
}

async function upperOf(table: Loaded, column: string, about: About): Promise<Workload> {
  return workload({
    ...about,
    size: table.rows,
    variants: [
      volley(table.volley, (df) => df.select(`upper(${column})`)),
      await duckdbQuery(`select upper(${column}) from ${table.duckdb}`),
      polarsQuery(() => table.lazy().select(pl.col(column).str.toUpperCase())),
    ],
  })
}

async function likeOf(table: Loaded, column: string, about: About & { more: readonly Variant[] }): Promise<Workload> {
  const { more, ...described } = about
  const condition = `${column} like '%express%'`
  return workload({
    ...described,
    size: table.rows,
    variants: [
      volley(table.volley, (df) => df.filter(condition).aggregate([], ['count(*) as n'])),
      await duckdbQuery(`select count(*) from ${table.duckdb} where ${condition}`),
      polarsQuery(() => table.lazy().filter(pl.col(column).str.contains('express', true)).select(pl.len())),
      ...more,
    ],
  })
}
