/** A driver's forecast. One that throws against the rule says nothing, and costs no other candidate its chance. */
import type { Driver, Target } from '../driver.js'
import type { Forecast } from '../forecast.js'

export function forecastOf(driver: Driver, target: Target): Forecast {
  try {
    return driver.forecast?.(target) ?? {}
  } catch {
    return {}
  }
}
