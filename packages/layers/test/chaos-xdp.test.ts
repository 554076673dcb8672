import { framesUnderChaos } from './frames-suite.js'

framesUnderChaos('xdp', 9000)
