/** An error whose message is a whole sentence for the person at the terminal: what is wrong and what to do. */
export class Failure extends Error {}
