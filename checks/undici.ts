/**
 * The part of undici that is loaded dynamically, by name. In a bundle, a dynamic import of a CommonJS package only
 * gives its default export.
 */
export { Client } from 'undici'
