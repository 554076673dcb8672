// npm run metadata [-- https://host/owner/repository]: writes into every manifest where the packages come from; without an argument
// it checks that they say so. The repository's own address is its owner's to know: none stands here.
import { setMetadata, withoutMetadata } from './lib/metadata.mjs'
import { main, Stop, say } from './lib/say.mjs'

await main(async ([url]) => {
  if (url !== undefined) {
    if (!/^https:\/\/[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(url))
      throw new Stop(`"${url}" is not https://host/owner/repository.`)
    setMetadata(url)
  }
  const missing = withoutMetadata()
  if (missing.length === 0) return say('metadata: every package says where it comes from')
  throw new Stop(
    `${missing.join(', ')}: no "repository", which a statement of provenance needs.\n` +
      'Write it once: npm run metadata -- https://host/owner/repository, and commit that.',
  )
})
