/**
 * Shapes: what a deployment has declared so far, known to the type checker alone.
 *
 * @module
 */

/** Names that a deployment has declared; later calls may refer to these and no others. */
export interface DeployShape {
  /** Roles. */
  role: string;
  /** Accessories. */
  accessory: string;
  /** Destinations. */
  destination: string;
}

/** A shape by its parts, so that it is one flat thing however many calls made it. */
export interface Shape<Role extends string, Accessory extends string, Destination extends string>
  extends DeployShape {
  /** Roles. */
  role: Role;
  /** Accessories. */
  accessory: Accessory;
  /** Destinations. */
  destination: Destination;
}

/** Nothing has been declared yet. */
export type EmptyShape = Shape<never, never, never>;

/** The shape with more roles. */
export type WithRole<S extends DeployShape, Role extends string> = Shape<
  S["role"] | Role,
  S["accessory"],
  S["destination"]
>;

/** The shape with one more accessory. */
export type WithAccessory<S extends DeployShape, Accessory extends string> = Shape<
  S["role"],
  S["accessory"] | Accessory,
  S["destination"]
>;

/** The shape with one more destination; what its overlay declares is known inside of it alone. */
export type WithDestination<S extends DeployShape, Destination extends string> = Shape<
  S["role"],
  S["accessory"],
  S["destination"] | Destination
>;
