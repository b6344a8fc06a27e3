"""Words that people write for those of the format, in English and other languages: what a hint proposes."""

from typing import Final

from worker.compiler.values import normal_key

__all__ = ["format_word"]

WORDS: Final = {
    # sections
    "Dimensions": "criteria|competencies|dimensionen|kriterien|kompetenzen|dimensiones|criterios|critères"
    "|次元|評価項目",
    "Result Categories": "results|outcomes|profiles|ergebnisse|ergebniskategorien|auswertung|profile|profils"
    "|résultats|catégories de résultat|catégories de résultats|perfiles|resultados|categorías de resultado"
    "|categorías de resultados|結果",
    "Interview Guidelines": "interview guide|leitfaden|interviewleitfaden|guide d'entretien"
    "|guía de entrevista",
    "Examples": "beispiele|exemples|ejemplos|例",
    # parts of the guidelines
    "Opening": "introduction|intro|welcome|greeting|einleitung|eröffnung|einstieg|begrüßung|ouverture"
    "|accueil|apertura|introducción|bienvenida|導入|はじめに",
    "Probing Questions": "questions|fragen|vertiefungsfragen|nachfragen|preguntas|質問",
    "Closing": "wrap up|ending|conclusion|outro|abschluss|schluss|ende|clôture|fin|cierre|終わりに",
    # fields
    "weight": "gewicht|gewichtung|anteil|poids|pondération|coefficient|peso|ponderación|重み|比重|الوزن",
    "description": "beschreibung|descripción|descrizione|説明|الوصف",
    "interview_themes": "themen|interviewthemen|thèmes|temas",
    "scoring_rubric": "rubric|bewertung|bewertungsraster|stufen|barème|grille|rúbrica|評価基準",
    "score_range": "range|bereich|punktebereich|wertebereich|plage|fourchette|rango|intervalo|範囲",
    "primary_dimensions": "hauptdimensionen|dimensions principales|dimensiones principales",
    "strengths": "stärken|forces|points forts|fortalezas|puntos fuertes|強み",
    "growth_areas": "weaknesses|entwicklungsfelder|schwächen|points faibles|áreas de mejora|課題",
    "recommendations": "next steps|empfehlungen|recommandations|conseils|recomendaciones|推奨",
    "scores": "punkte|werte|notes|puntuaciones",
    "category": "expected|result|kategorie|ergebnis|catégorie|categoría",
    # the front matter
    "name": "title|titel|titre|título|nombre|nom|名前|タイトル|الاسم",
    "author": "created by|autor|autorin|auteur|autrice|autora|著者",
    "language": "lang|locale|sprache|langue|idioma|言語|اللغة",
    "scale": "skala|échelle|escala|尺度",
    "type": "kind|typ",
    "version": "versión|バージョン",
}
MEANT: Final = {normal_key(word): meant for meant, words in WORDS.items() for word in words.split("|")}


def format_word(word: str) -> str | None:
    """Return the word of the format that another probably means; None for any other."""
    return MEANT.get(normal_key(word)) if len(word) < 40 else None
