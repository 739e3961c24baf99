import type { Route } from '../http/route.ts';
import { flowbeaconRoutes } from './flowbeacon/routes.ts';
import { flowxtraRoutes } from './flowxtra/routes.ts';

/** Routes of the products that promise their customers an HTTP surface of their own. */
export const surfaceRoutes: readonly Route[] = [...flowbeaconRoutes, ...flowxtraRoutes];
