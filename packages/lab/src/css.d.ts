// Styles that an entry imports: esbuild makes them the page's, and TypeScript has nothing to check in them.
declare module '*.css';
