// The house: a room imports only from the rooms before it in this list, and the two books never import each other.
const rooms = ['kernel', 'engines', 'journal', 'streams', 'ledger', 'revenue', 'carbon', 'statements', 'http', 'cli'];
const upward = rooms.map((room, i) => ({
  name: `${room}-imports-only-from-below`,
  severity: 'error',
  comment: `src/${room} may import only ${rooms.slice(0, i + 1).join(', ')}.`,
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${rooms.slice(i + 1).join('|') || 'none'})/` },
}));
module.exports = {
  forbidden: [
    ...upward,
    { name: 'books-apart', severity: 'error', from: { path: '^src/carbon/' }, to: { path: '^src/revenue/' } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'product-needs-no-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench)/' } },
    {
      name: 'no-dev-dependencies-in-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'] },
  },
};
