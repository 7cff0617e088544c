/** One instance that the state knows. */
export interface StateResource {
  /** Such as `terraform_data.runner["a-1"]`. */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  /** Key of `for_each`, index of `count`; none for a single instance. */
  readonly key?: string | number;
  /** Its creation failed half-way: the next apply makes it anew. */
  readonly tainted: boolean;
  /** All attributes; may hold secrets, never print it whole. */
  readonly values: Readonly<Record<string, unknown>>;
}

interface ShownModule {
  readonly resources?: readonly ShownResource[];
  readonly child_modules?: readonly ShownModule[];
}

interface ShownResource {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly tainted?: boolean;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The managed resources in the answer of `show -json`, those of modules too. */
export function readState(shown: string): readonly StateResource[] {
  const { values } = JSON.parse(shown) as { values?: { root_module?: ShownModule } };
  return values?.root_module === undefined ? [] : resourcesOf(values.root_module);
}

function resourcesOf(module: ShownModule): readonly StateResource[] {
  const own = (module.resources ?? [])
    .filter(({ mode }) => mode === "managed")
    .map(({ address, type, name, index, tainted, values }) => ({ address, type, name, ...(index === undefined ? {} : { key: index }), tainted: tainted === true, values: values ?? {} }));
  return [...own, ...(module.child_modules ?? []).flatMap(resourcesOf)];
}
