import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { ICON, ICON_TYPE } from './html.ts'

/**
 * Serves `/docs`: the OpenAPI document of `app.swagger()` with Swagger UI. The page loads nothing from other hosts and
 * shows nobody's logo. `tryItOut`: it has a form for each operation, which sends to the port that served the page.
 */
export async function docsPage(app: FastifyInstance, { tryItOut }: { tryItOut: boolean }): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    // The default layout has a bar with a logo, and a field for the address of another document.
    uiConfig: {
      layout: 'BaseLayout',
      docExpansion: 'list',
      deepLinking: true,
      plugins: [linesAsTheyAre],
      ...(tryItOut ? {} : { supportedSubmitMethods: [] }),
    },
    logo: { type: ICON_TYPE, content: ICON },
    theme: {
      title: 'Tillgate API',
      favicon: [{ filename: 'icon.svg', rel: 'icon', sizes: 'any', type: ICON_TYPE, content: ICON }],
    },
  })
}

interface Sampler {
  fn: { getSampleSchema: (schema: unknown, mediaType: string, config: object, example: unknown) => unknown }
}

/**
 * A plugin of Swagger UI, which runs in the browser: the page contains the text of this function, so it may use nothing
 * from outside. Without it, Swagger UI takes NDJSON for JSON, and shows and sends the lines as one quoted string.
 */
function linesAsTheyAre() {
  return {
    afterLoad(this: Sampler) {
      const { getSampleSchema } = this.fn
      this.fn.getSampleSchema = (schema, mediaType, config, example) =>
        typeof example === 'string' ? example : getSampleSchema(schema, mediaType, config, example)
    },
  }
}

// Swagger UI sets style attributes; its scripts are files.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
