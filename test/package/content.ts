// What the package consists of; anything else is there by mistake.

/** Paths within the package. */
export const shipped =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/THIRD-PARTY-LICENSES\.txt|dist\/(api|functions|runtime)\/[\w/-]+\.(js|js\.map|d\.ts)|dist\/api\/fastify\.(cjs|d\.cts)|dist\/bundled\/(commander|execa|@opentelemetry\/[\w-]+|chunk-\w+|getMachineId-\w+-\w+)\.js|dist\/worker\/[\w-]+\.(mjs|d\.mts))$/

/** In bytes, and a number of files. A package beyond them holds something that it did not hold before. */
export const bounds = { packed: 4 << 20, unpacked: 14 << 20, files: [500, 1700] } as const
