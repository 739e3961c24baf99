/** What members' roles are called. */
export const roleNames = {
  owner: 'Owner',
  admin: 'Administrator',
  hr_admin: 'HR administrator',
  member: 'Member',
} as const;
