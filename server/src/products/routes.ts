import { type Route, route } from '../http/route.ts';
import * as presets from './presets.ts';
import type { Product, ProductParts } from './product.ts';

/** The presets, and the routes of products that promise their customers an HTTP surface of their own. */
export function productRoutes(products: readonly Product[], parts: ProductParts): readonly Route[] {
  return [
    route('GET', '/v1/presets', 'public', presets.list(products)),
    route('GET', '/v1/presets/{name}', 'public', presets.get(products)),
    route('PUT', '/v1/presets/{name}', 'event_types:write', presets.adopt(products)),
    ...products.flatMap((product) => product.routes?.(parts) ?? []),
  ];
}
