// The texts of docs/reference/errors.md as a module, for the page that a server has of them.

const row = /^\| <a id="\w+"><\/a>`(\w+)` *\|[^|]*\|([^|]*)\|[^|]*\|([^|]*)\|$/gm

/** @param errorsPage - The text of docs/reference/errors.md. */
export function problemTextsModule(errorsPage: string): string {
  const rows = [...errorsPage.matchAll(row)].map(([, code, meaning = '', wayOut = '']) => {
    const texts = [meaning, wayOut].map((text) => text.trim().replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1'))
    return `  ${code}: ${JSON.stringify(texts)},`
  })
  return [
    '// Made by `npm run generate` from docs/reference/errors.md: what each code means, and the way out.',
    '',
    'export const problemTexts: Readonly<Record<string, readonly [meaning: string, wayOut: string]>> = {',
    ...rows,
    '}',
    '',
  ].join('\n')
}
