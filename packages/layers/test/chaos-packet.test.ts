import { framesUnderChaos } from './frames-suite.js'

framesUnderChaos('packet', 40_000)
