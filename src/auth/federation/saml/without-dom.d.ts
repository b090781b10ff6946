/**
 * Stands for the types of `@xmldom/xmldom` and `xpath`, see `paths` in tsconfig.json: those bring the types of browsers
 * along for the whole project, whose `fetch` is not the one that runs here. Nothing of ours uses these packages itself.
 */
export type Nothing = never;
