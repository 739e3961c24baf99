import { useRouter } from '@tanstack/react-router';

/** Goes to another page of the portal, by its path. */
export function useGo(): (path: string) => void {
  const { history } = useRouter();
  return (path) => history.push(path);
}
