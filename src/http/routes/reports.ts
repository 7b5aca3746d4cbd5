export function reportRoutes(): void {}
