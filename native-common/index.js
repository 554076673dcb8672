import common from './index.cjs'

export const { include, include_dir, sources } = common
