/**
 * Shapes: what a deployment has declared so far, known to the type checker alone.
 *
 * @module
 */

/** Names that a deployment has declared; later calls may refer to these and no others. */
export interface DeployShape {
  /** Roles. */
  role: string;
  /** Hosts of the roles, as they were written; `string` where a function or a variable gives any. */
  host: string;
  /** Accessories. */
  accessory: string;
  /** Destinations. */
  destination: string;
  /** Secrets of the app's environment, of the registry and of the build. */
  secret: string;
}

/** Nothing has been declared yet. */
export interface EmptyShape extends DeployShape {
  /** No roles. */
  role: never;
  /** No hosts. */
  host: never;
  /** No accessories. */
  accessory: never;
  /** No destinations. */
  destination: never;
  /** No secrets. */
  secret: never;
}

/** A shape with more names in some of its parts, as one flat thing however many calls made it. */
export type With<S extends DeployShape, More extends Partial<DeployShape>> = {
  [Part in keyof DeployShape]: S[Part] | (More[Part] extends string ? More[Part] : never);
};

/** The shape with more roles, and their hosts. */
export type WithRole<S extends DeployShape, Role extends string, Host extends string = never> =
  With<S, { role: Role; host: Host }>;

/** The shape with one more accessory. */
export type WithAccessory<S extends DeployShape, Accessory extends string> = With<
  S,
  { accessory: Accessory }
>;

/** The shape with one more destination; what its overlay declares is known inside of it alone. */
export type WithDestination<S extends DeployShape, Destination extends string> = With<
  S,
  { destination: Destination }
>;

/** The shape with more secrets; of `NAME:OTHER` the name is the last. */
export type WithSecret<S extends DeployShape, Secret extends string> = With<
  S,
  { secret: Secret extends `${string}:${infer Name}` ? Name : Secret }
>;
