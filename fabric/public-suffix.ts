/** Generic top-level domains that occur in manifests. */
const generic = new Set(
  (
    'com net org info biz edu gov mil int arpa name pro mobi aero coop museum jobs travel app dev page cloud online site store shop ' +
    'tech xyz blog news live media digital agency solutions services network systems software tools zone space website email host ' +
    'hosting world today company global group team studio run'
  ).split(' '),
)
/** Country codes that the root delegates (IANA root zone). `db` and `ui` are not delegated. */
const countries = new Set(
  (
    'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl ' +
    'cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt ' +
    'gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ' +
    'ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ' +
    'ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt ' +
    'tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw'
  ).split(' '),
)
/** Domains of private networks: reserved for them (RFC 6762 appendix G, ICANN's `internal`), or used by Consul. */
const reserved = new Set('internal local localdomain intranet private corp home lan consul'.split(' '))

/** Whether the public DNS root may delegate the name. If not, the root itself answers that the name does not exist. */
export function isPublic(name: string): boolean {
  const labels = name.split('.')
  const last = labels.at(-1) ?? ''
  return labels.length > 1 && (countries.has(last) || last.startsWith('xn--') || generic.has(last))
}

/** Internet domains that are not used as namespace names. */
const plain = new Set('com net org info biz edu gov mil int arpa name pro mobi aero coop'.split(' '))

/** Whether the last label is an internet domain and also a plausible namespace name, such as `dev` or `shop`. */
export function isWordDomain(name: string): boolean {
  const last = name.slice(name.lastIndexOf('.') + 1)
  return generic.has(last) && !plain.has(last)
}

/** Whether the name is in a domain of private networks. */
export function isPrivate(name: string): boolean {
  const labels = name.split('.')
  return labels.length > 1 && reserved.has(labels.at(-1) ?? '')
}
