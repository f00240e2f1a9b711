// Nothing of the viewer that would ask another server: no fonts, no proxy, no assistant, no telemetry.
Scalar.createApiReference('#api', {
  url: '/openapi.json',
  theme: 'default',
  withDefaultFonts: false,
  hideClientButton: true,
  hideModels: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  authentication: { preferredSecurityScheme: 'apiKey' },
});
