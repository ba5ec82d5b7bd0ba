// Served by the program, not a file of ours.
declare module '*/asyncapi.json' {
  const document: any;
  export default document;
}
