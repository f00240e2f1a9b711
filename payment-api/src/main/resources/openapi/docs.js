// Disables every feature of the viewer that contacts another host: fonts, proxy, assistant, telemetry.
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
