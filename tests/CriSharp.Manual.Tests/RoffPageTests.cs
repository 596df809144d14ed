using CriSharp.Manual.Pages;

namespace CriSharp.Manual.Tests;

public class RoffPageTests
{
    [Theory]
    [InlineData("a-b", "a\\-b")]
    [InlineData("C:\\x", "C:\\ex")]
    [InlineData("it's \"so\"", "it\\(aqs \\(dqso\\(dq")]
    public void Text_WhenItHoldsWhatRoffObeys_IsShown(string text, string escaped) => Assert.Equal(escaped, RoffPage.Escape(text));

    [Fact]
    public void Page_WhenBuilt_HasParagraphsTermsAndExamples()
    {
        var page = new RoffPage("tool", "8", "2026-01-31", "Tool 1");
        page.Section("DESCRIPTION");
        page.Text("First.\n\n.Second begins with a dot:\n  as typed");
        page.Term(RoffPage.Bold("-x"), "What it does");

        Assert.Equal(
            """
            .TH "TOOL" "8" "2026-01-31" "Tool 1"
            .SH "DESCRIPTION"
            First.
            .PP
            \&.Second begins with a dot:
            .nf
              as typed
            .fi
            .TP
            \fB\-x\fR
            What it does

            """,
            page.ToString());
    }
}
