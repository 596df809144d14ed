using System.Text;

namespace CriSharp.Manual.Pages;

/// <summary>A page in the language of man(7), built from above to below. Text is given as people read it.</summary>
public sealed class RoffPage
{
    private readonly StringBuilder _text = new();

    /// <summary>A heading begins a paragraph itself.</summary>
    private int _afterHeading;

    /// <param name="section">"1" programs, "5" files, "8" programs of administrators.</param>
    /// <param name="date">"2026-01-31"; empty: none.</param>
    /// <param name="source">Program and version.</param>
    public RoffPage(string name, string section, string date, string source) =>
        _text.Append(".TH \"").AppendJoin("\" \"", Escape(name.ToUpperInvariant()), section, date, Escape(source)).Append("\"\n");

    public void Section(string title) => Heading("SH", title);

    public void Subsection(string title) => Heading("SS", title);

    /// <summary>The section NAME, by which apropos(1) finds the page.</summary>
    public void Name(string name, string about)
    {
        Section("NAME");
        Line($"{Escape(name)} \\- {Escape(about)}");
    }

    /// <summary>Paragraphs with blank lines between; lines that begin with two blanks stay lines.</summary>
    public void Text(string text)
    {
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (_text.Length > _afterHeading)
            {
                Request("PP");
            }

            Paragraph(paragraph.Trim('\n').Split('\n'));
        }
    }

    /// <summary>A term and what it means, indented below.</summary>
    public void Term(string term, string meaning)
    {
        Request("TP");
        Line(term);
        Paragraph(meaning.ReplaceLineEndings("\n").Split('\n'));
    }

    public static string Bold(string text) => $"\\fB{Escape(text)}\\fR";

    public static string Italic(string text) => $"\\fI{Escape(text)}\\fR";

    /// <summary>What roff would obey is made to be shown, and hyphens of commands stay such that they can be copied. groff_char(7)</summary>
    public static string Escape(string text)
    {
        var shown = new StringBuilder(text.Length + 8);
        foreach (var one in text)
        {
            _ = one switch
            {
                '\\' => shown.Append("\\e"),
                '-' => shown.Append("\\-"),
                '\'' => shown.Append("\\(aq"),
                '"' => shown.Append("\\(dq"),
                '^' => shown.Append("\\(ha"),
                '~' => shown.Append("\\(ti"),
                '`' => shown.Append("\\(ga"),
                _ => shown.Append(one),
            };
        }

        return shown.ToString();
    }

    public override string ToString() => _text.ToString();

    /// <param name="line">Escaped already.</param>
    public void Line(string line) => _text.Append(line.StartsWith('.') ? "\\&" : "").Append(line).Append('\n');

    private void Paragraph(IReadOnlyCollection<string> lines)
    {
        var isExample = false;
        foreach (var line in lines)
        {
            var indented = line.StartsWith("  ", StringComparison.Ordinal);
            if (indented != isExample)
            {
                Request(indented ? "nf" : "fi");
                isExample = indented;
            }

            Line(Escape(line.TrimEnd()));
        }

        if (isExample)
        {
            Request("fi");
        }
    }

    private void Heading(string name, string title)
    {
        Request(name, title);
        _afterHeading = _text.Length;
    }

    private void Request(string name, params string[] arguments)
    {
        _text.Append('.').Append(name);
        foreach (var argument in arguments)
        {
            _text.Append(" \"").Append(Escape(argument)).Append('"');
        }

        _text.Append('\n');
    }
}
