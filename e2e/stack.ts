/** Where the running stack is; set by the global set-up, or by hand for a stack that already runs. */

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The stack is not running: ${name} is not set.`);
  return value;
}

export const stack = {
  get webUrl() {
    return required("PURSE_E2E_URL");
  },
  get gatewayUrl() {
    return required("PURSE_E2E_GATEWAY_URL");
  },
  get databaseUrl() {
    return required("PURSE_E2E_DATABASE_URL");
  },
  /** Holds simulator.json with the keys of the demo's devices. */
  get dataDir() {
    return required("PURSE_E2E_DATA_DIR");
  },
};
