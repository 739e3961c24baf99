/** The kinds of ids of evaluations. */
export const moduleKind = { words: 'module', prefix: 'mod' } as const;
export const evaluationKind = { words: 'evaluation', prefix: 'evl' } as const;
export const scenarioKind = { words: 'scenario', prefix: 'scn' } as const;
