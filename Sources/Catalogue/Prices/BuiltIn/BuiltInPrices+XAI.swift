extension BuiltInPrices {
    /// Prices of xai, facts of November 2026; `PriceRows` says how a line is read.
    static let xaiRows = #"""
        grok-4.20 grok-4.20-0309 grok-4.20-0309-non-reasoning grok-4.20-0309-reasoning grok-4.20-multi-agent grok-4.20-multi-agent-0309 grok-4.20-multi-agent-latest grok-4.20-non-reasoning grok-4.20-non-reasoning-latest grok-4.20-reasoning grok-4.20-reasoning-latest grok-4.3 grok-4.3-latest|s i1.25 o2.5 r0.2 m1.25|s200000 i2.5 o5 r0.4|b i1 o2 r0.16|b200000 i2 o4 r0.32
        grok-4.20-beta grok-4.20-beta-0309 grok-4.20-beta-0309-non-reasoning grok-4.20-beta-0309-reasoning grok-4.20-beta-latest grok-4.20-beta-latest-non-reasoning grok-4.20-beta-latest-reasoning grok-4.20-beta-non-reasoning grok-4.20-beta-reasoning grok-4.20-experimental-beta-0304 grok-4.20-experimental-beta-0304-non-reasoning grok-4.20-experimental-beta-0304-reasoning grok-4.20-experimental-beta-latest grok-4.20-experimental-beta-non-reasoning-latest grok-4.20-experimental-beta-reasoning-latest grok-4.20-multi-agent-beta-0309 grok-4.20-multi-agent-beta-latest grok-4.20-multi-agent-experimental-beta-0304 grok-4.20-multi-agent-experimental-beta-latest grok-4.20-non-reasoning-gv2 grok-4.20-reasoning-gv2|s i1.25 o2.5 r0.2 m1.25|s200000 i2.5 o5 r0.4
        grok-4.5 grok-4.5-latest grok-build-latest|s i2 o6 r0.3 m2|s200000 i4 o12 r0.6
        grok-4.6|s i2 o6 r0.5 m2|s200000 i4 o12 r1
        grok-4.7|s i2 o6 r0.5 m2|s200000 i4 o12 r1|b i1.6 o4.8 r0.4|b200000 i3.2 o9.6 r0.8
        grok-build-0.1 grok-code-fast grok-code-fast-1 grok-code-fast-1-0825|s i1 o2 r0.2 m1|s200000 i2 o4 r0.4
        """#
}
