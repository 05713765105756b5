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

/** Nothing has been declared yet. */
export interface EmptyShape extends DeployShape {
  /** None. */
  role: never;
  /** None. */
  accessory: never;
  /** None. */
  destination: never;
}

/** The shape with more roles. */
export interface WithRole<S extends DeployShape, Role extends string> extends DeployShape {
  /** Those before, and the new ones. */
  role: S["role"] | Role;
  /** Unchanged. */
  accessory: S["accessory"];
  /** Unchanged. */
  destination: S["destination"];
}

/** The shape with one more accessory. */
export interface WithAccessory<S extends DeployShape, Accessory extends string>
  extends DeployShape {
  /** Unchanged. */
  role: S["role"];
  /** Those before, and the new one. */
  accessory: S["accessory"] | Accessory;
  /** Unchanged. */
  destination: S["destination"];
}

/** The shape with one more destination. */
export interface WithDestination<S extends DeployShape, Destination extends string>
  extends DeployShape {
  /** Unchanged: what an overlay declares is known inside of it alone. */
  role: S["role"];
  /** Unchanged. */
  accessory: S["accessory"];
  /** Those before, and the new one. */
  destination: S["destination"] | Destination;
}
