export { askForToken, type TokenQuestion } from './ask-for-token.ts';
