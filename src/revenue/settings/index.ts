/** Settings of the revenue book. */
export {
  checkSetting,
  SETTINGS,
  type SettingDefinition,
  type SettingName,
  type StatedSettings,
} from './definitions.ts';
export {
  checkedSettings,
  revenueSettingsAsOf,
  SETTINGS_KIND,
  SettingsHistory,
  type SettingsPayload,
  setSettings,
  settingsHistory,
  verifySettings,
} from './store.ts';
