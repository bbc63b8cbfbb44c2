// What a function may not take from the code around it: there is nothing to give it in the worker.

import type { ClosureCode } from '../errors.ts'
import type { FunctionFacts } from '../source/analyse.ts'
import type { GraphNode } from './graph.ts'
import type { Walk } from './walk.ts'

/** Refuses a function that needs more of its surroundings than variables. */
export function refuseSurroundings(walk: Walk, node: GraphNode, { surroundings, kind }: FunctionFacts): void {
  const isArrow = kind === 'arrow'
  const rules: readonly (readonly [boolean, ClosureCode, string])[] = [
    [surroundings.callsEval, 'closure_eval', 'calls eval(), so what it captures cannot be known; write the code out'],
    [
      surroundings.hasWith,
      'closure_with',
      'has a with statement, so what it captures cannot be known; name the object',
    ],
    [
      surroundings.usesImportMeta,
      'closure_import_meta',
      'uses import.meta; read it outside: const url = import.meta.url',
    ],
    [
      surroundings.usesSuper,
      'closure_super',
      isArrow
        ? 'uses the "super" of the method around it; call the parent class by name'
        : 'uses "super" outside of its class; ship the class, or an instance of it',
    ],
    [
      surroundings.privateNames.length > 0,
      'closure_private_name',
      `uses #${surroundings.privateNames[0]} of the class around it; ship the class, or make the member public`,
    ],
    [surroundings.usesThis, 'closure_this', 'uses the "this" of the code around it; keep what it needs in a const'],
    [
      surroundings.usesArguments,
      'closure_arguments',
      'uses the "arguments" of the function around it; use rest parameters: (...values)',
    ],
    [
      surroundings.usesNewTarget,
      'closure_new_target',
      'uses the "new.target" of the function around it; keep it in a const',
    ],
    [
      surroundings.importsRelative && walk.options.captures !== undefined,
      'closure_relative_import',
      'imports a relative path, which cannot be resolved with explicit captures; import it by an absolute URL or a package name',
    ],
  ]
  for (const [applies, code, complaint] of rules) if (applies) walk.refuse(code, node, complaint)
}
