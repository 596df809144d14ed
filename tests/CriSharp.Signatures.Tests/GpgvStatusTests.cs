using CriSharp.Signatures.Checks;

namespace CriSharp.Signatures.Tests;

public class GpgvStatusTests
{
    private const string Good = """
        [GNUPG:] NEWSIG
        [GNUPG:] KEY_CONSIDERED AAAABBBBCCCCDDDDEEEEAAAABBBBCCCCDDDDEEEE 0
        [GNUPG:] SIG_ID x 2026-11-27 1
        [GNUPG:] GOODSIG BBBBCCCCDDDDEEEE signer
        [GNUPG:] VALIDSIG AAAABBBBCCCCDDDDEEEEAAAABBBBCCCCDDDDEEEE 2026-11-27 1 0 4 0 1 10 00 AAAABBBBCCCCDDDDEEEEAAAABBBBCCCCDDDDEEEE
        """;
    private const string Plain = "[GNUPG:] PLAINTEXT 62 0 \n";

    [Fact]
    public void Refusal_OfOneGoodSignature_IsNone() => Assert.Null(Refusal(Plain + Good));

    [Theory]
    [InlineData(Good, "PLAINTEXT 0 times")]
    [InlineData(Plain + Plain + Good, "PLAINTEXT 2 times")]
    [InlineData(Plain, "GOODSIG 0 times")]
    [InlineData(Plain + Good + "\n" + Good, "GOODSIG 2 times")]
    [InlineData(Plain + Good + "\n[GNUPG:] BADSIG 1 x", "not what was signed")]
    [InlineData(Plain + "[GNUPG:] NEWSIG\n[GNUPG:] EXPKEYSIG BBBB x", "BBBB, has expired")]
    [InlineData(Plain + "[GNUPG:] NEWSIG\n[GNUPG:] REVKEYSIG BBBB x", "BBBB, was revoked")]
    [InlineData(Plain + "[GNUPG:] NEWSIG\n[GNUPG:] EXPSIG BBBB x", "the signature has expired")]
    [InlineData(Plain + "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG BBBB 1 10 00 1 9 -", "BBBB, which is none of the keys")]
    [InlineData("[GNUPG:] NODATA 1", "no signed OpenPGP message")]
    [InlineData(Plain + Good + "\n[GNUPG:] FAILURE gpgv 1", "FAILURE")]
    [InlineData(Plain + Good + "\nsomething else", "something else")]
    public void Refusal_OfAnythingElse_SaysWhat(string status, string words) => Assert.Contains(words, Refusal(status), StringComparison.Ordinal);

    [Fact]
    public void Refusal_WhenGpgvFails_SaysSo() => Assert.Contains("ends with 2", GpgvStatus.Refusal(new GpgvOutcome(2, Plain + Good, default)), StringComparison.Ordinal);

    private static string? Refusal(string status) => GpgvStatus.Refusal(new GpgvOutcome(0, status, default));
}
