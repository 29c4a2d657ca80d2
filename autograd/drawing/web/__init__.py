"""Pictures in a browser.

document.py   one HTML file that fetches nothing: style, data and script
player.py     a sweep as a page
pages.py      `page`: a graph as a page that answers
explore.py    `explore`: the same page, live in a notebook
program.py    a graph as data, and the operations it uses as JavaScript
autograd.js   what the pages do; math.js and special.js: functions that JavaScript lacks; autograd.css: how they look
"""
