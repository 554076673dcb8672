import { connect } from './connect.js'

connect().on('data', () => {})
