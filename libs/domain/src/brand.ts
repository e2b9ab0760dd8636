declare const brand: unique symbol;

/** A nominal type: the value is a plain `T`, but only the named constructor of `Name` may produce one. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
