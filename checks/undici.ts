/** What is loaded late of undici, by its name: a bundle gives a CommonJS package that is imported late nothing but its default. */
export { Client } from 'undici'
